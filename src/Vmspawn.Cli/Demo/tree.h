/* The PCI tree as a guest finds it. */
#ifndef TREE_H
#define TREE_H

#include "hardware.h"

/* Prints all functions on BUS and behind its bridges. */
void print_tree(u32 bus);

#endif
