/* The guest of `vmspawn demo`: prints the machine that it runs in, and powers off. */
#include "hardware.h"
#include "print.h"
#include "tree.h"

enum { MULTIBOOT = 0x2badb002, HAS_MEMORY = 1 << 0, HAS_MAP = 1 << 6, USABLE = 1 };

/* Multiboot specification 0.6.96, boot information format; the fields after the map are not read. */
struct boot_information {
    u32 flags, memory_lower, memory_upper, boot_device, command_line, modules_count, modules, symbols[4];
    u32 map_length, map;
};

/* SIZE does not count itself. */
struct map_entry {
    u32 size;
    u64 base, length;
    u32 type;
} __attribute__((packed));

static u32 memory_mib(const struct boot_information *boot)
{
    u64 bytes = 0;
    if (!(boot->flags & HAS_MAP))
        return boot->flags & HAS_MEMORY ? (boot->memory_upper >> 10) + 1 : 0;
    for (u32 at = boot->map; at < boot->map + boot->map_length;) {
        const struct map_entry *entry = (const struct map_entry *)at;
        if (entry->type == USABLE)
            bytes += entry->length;
        at += entry->size + sizeof entry->size;
    }
    /* Firmware reserves a little memory, so the size is rounded to MiB. */
    return (bytes + (1 << 20) - 1) >> 20;
}

/* The brand string is three leaves of sixteen bytes; the vendor is what every CPU has. */
static void print_processor(void)
{
    u32 answer[4], text[13] = {0};
    const char *start = (const char *)text;
    cpuid(0x80000000, answer);
    if (answer[0] >= 0x80000004) {
        for (u32 leaf = 0; leaf < 3; leaf++)
            cpuid(0x80000002 + leaf, text + 4 * leaf);
    } else {
        cpuid(0, answer);
        text[0] = answer[1];
        text[1] = answer[3];
        text[2] = answer[2];
    }
    while (*start == ' ')
        start++;
    print(start);
}

/* ICH9's power management block, where firmware puts it on q35: sleep enabled, type soft off. */
static void power_off(void)
{
    out16(0x604, 0x2000);
}

void demo(u32 magic, const struct boot_information *boot)
{
    serial_start();
    print("\n  Hello from inside the virtual machine.\n\n  processor  ");
    print_processor();
    print("\n  memory     ");
    if (magic == MULTIBOOT)
        print_number(memory_mib(boot));
    print(" MiB\n\n  PCI Express, as this guest finds it\n");
    print_tree(0);
    print("\n  That is all there is to see. Powering off.\n\n");
    power_off();
}
