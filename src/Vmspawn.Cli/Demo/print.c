#include "print.h"

enum { COM1 = 0x3f8, LINE_CONTROL = COM1 + 3, LINE_STATUS = COM1 + 5, ROOM_TO_SEND = 0x20 };

void serial_start(void)
{
    out8(COM1 + 1, 0);          /* no interrupts */
    out8(LINE_CONTROL, 0x80);   /* 115200 bit/s: divisor 1 */
    out8(COM1, 1);
    out8(COM1 + 1, 0);
    out8(LINE_CONTROL, 3);      /* 8 bits, no parity, 1 stop bit */
    out8(COM1 + 2, 7);          /* its queues on, empty */
}

static void send(char byte)
{
    while (!(in8(LINE_STATUS) & ROOM_TO_SEND))
        ;
    out8(COM1, byte);
}

void print(const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            send('\r');
        send(*text);
    }
}

void print_hex(u32 number, int digits)
{
    while (digits-- > 0)
        send("0123456789abcdef"[number >> digits * 4 & 15]);
}

void print_number(u32 number)
{
    if (number >= 10)
        print_number(number / 10);
    send('0' + number % 10);
}

void print_padded(const char *text, u32 width)
{
    u32 length = 0;
    print(text);
    for (; *text; text++)
        length += (*text & 0xc0) != 0x80;
    do
        send(' ');
    while (++length < width);
}
