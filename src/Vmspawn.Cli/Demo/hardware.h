/* Access to the hardware: ports, the UART, PCI configuration space. */
#ifndef HARDWARE_H
#define HARDWARE_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

static inline void out8(u16 port, u8 value) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline void out16(u16 port, u16 value) { __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
static inline void out32(u16 port, u32 value) { __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port)); }

static inline u8 in8(u16 port)
{
    u8 value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline u32 in32(u16 port)
{
    u32 value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void cpuid(u32 leaf, u32 answer[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(answer[0]), "=b"(answer[1]), "=c"(answer[2]), "=d"(answer[3])
                     : "a"(leaf), "c"(0));
}

/* An address on the bus: bus, device and function as configuration mechanism 1 packs them. */
typedef u16 address;

static inline address function_at(u32 bus, u32 device, u32 function) { return bus << 8 | device << 3 | function; }
static inline u32 bus_of(address at) { return at >> 8; }
static inline u32 device_of(address at) { return at >> 3 & 0x1f; }
static inline u32 function_of(address at) { return at & 7; }

static inline u32 config(address at, u32 offset)
{
    out32(0xcf8, 0x80000000u | (u32)at << 8 | (offset & 0xfc));
    return in32(0xcfc);
}

static inline u8 config8(address at, u32 offset) { return config(at, offset) >> (offset & 3) * 8; }
static inline u16 config16(address at, u32 offset) { return config(at, offset) >> (offset & 2) * 8; }

#endif
