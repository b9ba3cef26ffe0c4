#ifndef MILLRACE_CPNG_H
#define MILLRACE_CPNG_H

#include <stddef.h>
#include <stdint.h>

// libpng reports errors by longjmp, which must not cross Swift: these two functions catch it here.

enum { mk_png_text = 128 };

typedef struct {
  uint32_t width, height;
  uint8_t channels; // 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; palettes are expanded
} mk_png_info;

// Reads the header: 0, or 1 with the reason in `text`.
int mk_png_header(const uint8_t *bytes, size_t count, mk_png_info *info, char text[mk_png_text]);

// Decodes into `pixels`, `size` bytes = width * height * channels as mk_png_header said; sixteen bits are cut to the upper eight.
int mk_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t size, char text[mk_png_text]);

#endif
