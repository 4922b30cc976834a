/* The PCI tree as a guest finds it. */
#ifndef TREE_H
#define TREE_H

#include "hardware.h"

/* Prints everything that answers on BUS and behind its bridges. */
void print_tree(u32 bus);

#endif
