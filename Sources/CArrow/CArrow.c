#include "CArrow.h"

#include "CShims.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_once_t mk_arrow_once = PTHREAD_ONCE_INIT;
static mk_arrow_api mk_arrow_table_of_functions;
static const mk_arrow_api *mk_arrow_loaded = NULL;
static char mk_arrow_text[1024] = "";

static void mk_arrow_first_load(void) {
  void *handle = mk_shim_open("libmillrace_arrow.so", "MILLRACE_ARROW", mk_arrow_text, sizeof mk_arrow_text);
  if (handle == NULL) return;
  void *address;
  // The interface's number comes first: an old shim has other functions. ISO C has no cast between object and function
  // pointers, POSIX promises that the bits are the same.
#define MK_ARROW_LOOKUP(result, name, parameters)                                                                    \
  address = mk_shim_symbol(handle, "mk_arrow_" #name, mk_arrow_text, sizeof mk_arrow_text);                          \
  if (address == NULL) return;                                                                                       \
  memcpy(&mk_arrow_table_of_functions.name, &address, sizeof address);                                               \
  if (strcmp(#name, "interface") == 0 && mk_arrow_table_of_functions.interface() != MK_ARROW_INTERFACE) {            \
    snprintf(mk_arrow_text, sizeof mk_arrow_text, "the shim has interface %d, this program needs %d",                \
             (int)mk_arrow_table_of_functions.interface(), MK_ARROW_INTERFACE);                                      \
    return;                                                                                                          \
  }
  MK_ARROW_FUNCTIONS(MK_ARROW_LOOKUP)
#undef MK_ARROW_LOOKUP
  mk_arrow_text[0] = '\0';
  mk_arrow_loaded = &mk_arrow_table_of_functions;
}

const mk_arrow_api *mk_arrow_load(void) {
  pthread_once(&mk_arrow_once, mk_arrow_first_load);
  return mk_arrow_loaded;
}

const char *mk_arrow_reason(void) { return mk_arrow_text; }
