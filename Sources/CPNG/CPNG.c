#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t left;
  char *text;
} mk_png_source;

static void mk_png_read(png_structp png, png_bytep target, size_t count) {
  mk_png_source *source = png_get_io_ptr(png);
  if (count > source->left) png_error(png, "the file ends too early");
  memcpy(target, source->bytes, count);
  source->bytes += count;
  source->left -= count;
}

static void mk_png_fail(png_structp png, png_const_charp reason) {
  mk_png_source *source = png_get_error_ptr(png);
  snprintf(source->text, mk_png_text, "%s", reason);
  longjmp(png_jmpbuf(png), 1);
}

static void mk_png_ignore(png_structp png, png_const_charp reason) { (void)png, (void)reason; }

static uint8_t mk_png_channels(png_structp png, png_infop about) {
  switch (png_get_color_type(png, about)) {
    case PNG_COLOR_TYPE_GRAY: return png_get_valid(png, about, PNG_INFO_tRNS) ? 2 : 1;
    case PNG_COLOR_TYPE_GRAY_ALPHA: return 2;
    case PNG_COLOR_TYPE_RGB:
    case PNG_COLOR_TYPE_PALETTE: return png_get_valid(png, about, PNG_INFO_tRNS) ? 4 : 3;
    default: return 4;
  }
}

// One function for both, so that there is one place where setjmp is handled. `pixels` NULL: the header only.
static int mk_png_run(const uint8_t *bytes, size_t count, mk_png_info *info, uint8_t *pixels, size_t size, char *text) {
  mk_png_source source = {bytes, count, text};
  text[0] = '\0';
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, mk_png_fail, mk_png_ignore);
  png_infop about = png ? png_create_info_struct(png) : NULL;
  png_bytep *volatile rows = NULL;
  if (about == NULL) {
    png_destroy_read_struct(&png, NULL, NULL);
    snprintf(text, mk_png_text, "out of memory");
    return 1;
  }
  if (setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &about, NULL);
    return 1;
  }
  png_set_read_fn(png, &source, mk_png_read);
  png_set_chunk_cache_max(png, 64);
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_user_limits(png, 1 << 20, 1 << 20);
  png_read_info(png, about);
  info->width = png_get_image_width(png, about);
  info->height = png_get_image_height(png, about);
  info->channels = mk_png_channels(png, about);
  if (pixels != NULL) {
    size_t row = (size_t)info->width * info->channels;
    if (row * info->height != size) png_error(png, "the header changed");
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, about);
    if (png_get_rowbytes(png, about) != row) png_error(png, "its rows have another width than its header says");
    rows = malloc(info->height * sizeof *rows);
    if (rows == NULL) png_error(png, "out of memory");
    for (uint32_t y = 0; y < info->height; y++) rows[y] = pixels + y * row;
    png_read_image(png, rows);
    png_read_end(png, NULL);
  }
  free(rows);
  png_destroy_read_struct(&png, &about, NULL);
  return 0;
}

int mk_png_header(const uint8_t *bytes, size_t count, mk_png_info *info, char text[mk_png_text]) {
  return mk_png_run(bytes, count, info, NULL, 0, text);
}

int mk_png_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t size, char text[mk_png_text]) {
  mk_png_info info;
  return mk_png_run(bytes, count, &info, pixels, size, text);
}
