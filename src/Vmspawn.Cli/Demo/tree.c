#include "names.h"
#include "print.h"
#include "tree.h"

enum {
    VENDOR = 0x00, DEVICE = 0x02, CLASS = 0x0a, HEADER = 0x0e, SECONDARY_BUS = 0x19, CAPABILITIES = 0x34,
    BRIDGE = 1, MULTIFUNCTION = 0x80, NOTHING = 0xffff,
    PCI_EXPRESS = 0x10, ROOT_PORT = 4, SLOT_CAPABILITIES = 0x14,
    DEEPEST = 8, WIDTH = 24,
};

/* One turn of the drawing for every level above the line being printed. */
static const char *turns[DEEPEST];
static u32 depth;

static int answers(address at) { return config16(at, VENDOR) != NOTHING; }

/* Collects the functions on BUS, in order. Functions other than 0 exist only if function 0 has the multifunction bit. */
static u32 find_functions(u32 bus, address found[256])
{
    u32 count = 0;
    for (u32 device = 0; device < 32; device++) {
        address first = function_at(bus, device, 0);
        if (!answers(first))
            continue;
        u32 functions = config8(first, HEADER) & MULTIFUNCTION ? 8 : 1;
        for (u32 function = 0; function < functions; function++)
            if (answers(first + function))
                found[count++] = first + function;
    }
    return count;
}

/* The bus behind a bridge, or 0 where there is none. */
static u32 bus_behind(address at)
{
    return (config8(at, HEADER) & 0x7f) == BRIDGE ? config8(at, SECONDARY_BUS) : 0;
}

/* The slot number of a root port, or 0 for anything else. */
static u32 slot_of(address at)
{
    u32 capability = config8(at, CAPABILITIES);
    while (capability && config8(at, capability) != PCI_EXPRESS)
        capability = config8(at, capability + 1);
    if (!capability || (config16(at, capability + 2) >> 4 & 15) != ROOT_PORT)
        return 0;
    return config(at, capability + SLOT_CAPABILITIES) >> 19;
}

/* A plugged device always has its function 0, and a port leads to device 0 alone. */
static int is_free_port(address at)
{
    u32 bus = bus_behind(at);
    return bus && slot_of(at) && !answers(function_at(bus, 0, 0));
}

static void print_address(address at)
{
    print_hex(bus_of(at), 2);
    print(":");
    print_hex(device_of(at), 2);
    print(".");
    print_number(function_of(at));
}

static void print_branch(int last)
{
    print("  ");
    for (u32 i = 0; i < depth; i++)
        print(turns[i]);
    print(last ? "└─ " : "├─ ");
}

/* Prints the line of the function at AT. The columns are aligned at every depth. */
static void print_function(address at)
{
    u32 slot = slot_of(at);
    u16 vendor = config16(at, VENDOR), device = config16(at, DEVICE);
    print_address(at);
    print("  ");
    if (slot) {
        print("root port, slot ");
        print_number(slot);
    } else {
        print_padded(class_name(config16(at, CLASS)), WIDTH - 3 * depth);
        print_padded(device_name(vendor, device), 18);
        print_hex(vendor, 4);
        print(":");
        print_hex(device, 4);
    }
    print("\n");
}

/* A run of empty ports is one line, because there may be many. */
static void print_free_ports(address first, address last, u32 count)
{
    print_address(first);
    if (count == 1) {
        print("  root port, slot ");
        print_number(slot_of(first));
        print(": free\n");
        return;
    }
    print(" to ");
    print_address(last);
    print("  root ports, slots ");
    print_number(slot_of(first));
    print(" to ");
    print_number(slot_of(last));
    print(": ");
    print_number(count);
    print(" free\n");
}

void print_tree(u32 bus)
{
    address found[256];
    u32 count = find_functions(bus, found);
    for (u32 i = 0; i < count; i++) {
        u32 run = 0;
        while (i + run < count && is_free_port(found[i + run]))
            run++;
        if (run) {
            print_branch(i + run == count);
            print_free_ports(found[i], found[i + run - 1], run);
            i += run - 1;
            continue;
        }
        print_branch(i + 1 == count);
        print_function(found[i]);
        u32 below = bus_behind(found[i]);
        if (below > bus && depth < DEEPEST) {
            turns[depth++] = i + 1 == count ? "   " : "│  ";
            print_tree(below);
            depth--;
        }
    }
}
