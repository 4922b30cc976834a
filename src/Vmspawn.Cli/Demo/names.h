/* Words for what a PCI function says of itself. */
#ifndef NAMES_H
#define NAMES_H

#include "hardware.h"

/* What kind of thing the class code (class << 8 | subclass) stands for. */
const char *class_name(u16 class);

/* What QEMU calls the device, or "" for one that is not among its common ones. */
const char *device_name(u16 vendor, u16 device);

#endif
