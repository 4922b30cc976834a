/* Text on the first serial port. */
#ifndef PRINT_H
#define PRINT_H

#include "hardware.h"

void serial_start(void);
void print(const char *text);
void print_hex(u32 number, int digits);
void print_number(u32 number);

/* Prints TEXT and blanks up to WIDTH characters, one at least. UTF-8 is counted by characters. */
void print_padded(const char *text, u32 width);

#endif
