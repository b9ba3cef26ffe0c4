#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CGloo.h"

#include "CShims.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __APPLE__
#include <crt_externs.h>
#else
extern char **environ;
#endif

static pthread_once_t mk_gloo_once = PTHREAD_ONCE_INIT;
static mk_gloo_api mk_gloo_table_of_functions;
static const mk_gloo_api *mk_gloo_loaded = NULL;
static char mk_gloo_text[1024] = "";

static void mk_gloo_first_load(void) {
  void *handle = mk_shim_open("libmillrace_gloo.so", "MILLRACE_GLOO", mk_gloo_text, sizeof mk_gloo_text);
  if (handle == NULL) return;
  void *address;
  // The interface's number comes first: an old shim has other functions. ISO C has no cast between object and function
  // pointers, POSIX promises that the bits are the same.
#define MK_GLOO_LOOKUP(result, name, parameters)                                                                     \
  address = mk_shim_symbol(handle, "mk_gloo_" #name, mk_gloo_text, sizeof mk_gloo_text);                             \
  if (address == NULL) return;                                                                                       \
  memcpy(&mk_gloo_table_of_functions.name, &address, sizeof address);                                                \
  if (strcmp(#name, "interface") == 0 && mk_gloo_table_of_functions.interface() != MK_GLOO_INTERFACE) {              \
    snprintf(mk_gloo_text, sizeof mk_gloo_text, "the shim has interface %d, this program needs %d",                  \
             (int)mk_gloo_table_of_functions.interface(), MK_GLOO_INTERFACE);                                        \
    return;                                                                                                          \
  }
  MK_GLOO_FUNCTIONS(MK_GLOO_LOOKUP)
#undef MK_GLOO_LOOKUP
  mk_gloo_text[0] = '\0';
  mk_gloo_loaded = &mk_gloo_table_of_functions;
}

const mk_gloo_api *mk_gloo_load(void) {
  pthread_once(&mk_gloo_once, mk_gloo_first_load);
  return mk_gloo_loaded;
}

const char *mk_gloo_reason(void) { return mk_gloo_text; }

char **mk_environment(void) {
#ifdef __APPLE__
  return *_NSGetEnviron();
#else
  return environ;
#endif
}

void mk_end_with_parent(int32_t parent) {
#ifdef __linux__
  if (getppid() != parent) return;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  // It may have ended in between.
  if (getppid() != parent) raise(SIGTERM);
#else
  (void)parent;
#endif
}
