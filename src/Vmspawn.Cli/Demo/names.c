#include "names.h"

struct name {
    u32 number;
    const char *text;
};

/* PCI Code and ID Assignment Specification; a subclass of 0xff stands for the rest of its class. */
static const struct name classes[] = {
    {0x00ff, "unclassified"},    {0x0100, "SCSI controller"}, {0x0106, "SATA controller"}, {0x0108, "NVMe controller"},
    {0x01ff, "storage"},         {0x0200, "network card"},    {0x02ff, "network"},         {0x0300, "VGA display"},
    {0x03ff, "display"},         {0x04ff, "sound"},           {0x0500, "memory"},          {0x0600, "host bridge"},
    {0x0601, "ISA bridge"},      {0x0604, "PCI bridge"},      {0x06ff, "bridge"},          {0x0700, "serial port"},
    {0x07ff, "communication"},   {0x08ff, "system device"},   {0x0900, "keyboard"},        {0x09ff, "input device"},
    {0x0c03, "USB controller"},  {0x0c05, "SMBus"},           {0x0cff, "serial bus"},      {0x10ff, "entropy source"},
};

/* QEMU's docs/specs/pci-ids; virtio 1.x devices are 0x1040 plus the virtio device type. */
static const struct name devices[] = {
    {0x1af41000, "virtio-net"},     {0x1af41001, "virtio-blk"},     {0x1af41002, "virtio-balloon"},
    {0x1af41003, "virtio-serial"},  {0x1af41004, "virtio-scsi"},    {0x1af41005, "virtio-rng"},
    {0x1af41009, "virtio-9p"},      {0x1af41041, "virtio-net"},     {0x1af41042, "virtio-blk"},
    {0x1af41043, "virtio-serial"},  {0x1af41044, "virtio-rng"},     {0x1af41045, "virtio-balloon"},
    {0x1af41048, "virtio-scsi"},    {0x1af41049, "virtio-9p"},      {0x1af41050, "virtio-gpu"},
    {0x1af41052, "virtio-input"},   {0x1af41053, "virtio-vsock"},   {0x1af4105a, "virtio-fs"},
    {0x1b360001, "pci-bridge"},     {0x1b36000b, "pxb-pcie"},       {0x1b36000c, "pcie-root-port"},
    {0x1b36000d, "qemu-xhci"},      {0x1b36000e, "pcie-pci-bridge"}, {0x1b360010, "nvme"},
    {0x80861000, "e1000"},          {0x808610d3, "e1000e"},         {0x80862918, "ICH9 LPC"},
    {0x80862922, "ICH9 AHCI"},      {0x80862930, "ICH9 SMBus"},     {0x808629c0, "Q35 MCH"},
    {0x12341111, "QEMU VGA"},
};

static const char *find(const struct name *names, u32 count, u32 number)
{
    for (u32 i = 0; i < count; i++)
        if (names[i].number == number)
            return names[i].text;
    return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *class_name(u16 class)
{
    const char *exact = find(classes, COUNT(classes), class);
    const char *rest = exact ? exact : find(classes, COUNT(classes), class | 0xff);
    return rest ? rest : "device";
}

const char *device_name(u16 vendor, u16 device)
{
    const char *name = find(devices, COUNT(devices), (u32)vendor << 16 | device);
    return name ? name : "";
}
