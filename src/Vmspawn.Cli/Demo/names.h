/* Names for the class and the ids of a PCI function. */
#ifndef NAMES_H
#define NAMES_H

#include "hardware.h"

/* The name of a class code (class << 8 | subclass). */
const char *class_name(u16 class);

/* QEMU's name of the device, or "" for a device that is not in the table. */
const char *device_name(u16 vendor, u16 device);

#endif
