#ifndef MK_CGLOO_H
#define MK_CGLOO_H

// The functions of Shims/gloo, the shim over gloo, by which the processes of one training run talk to each other. Building
// needs neither the shim nor gloo: the shim is looked up at run time.
//
// A function that can fail returns null, or a text that says why, to be released with `free_text`. No exception leaves
// the shim. A group belongs to one thread at a time.

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MK_GLOO_INTERFACE 1

typedef struct mk_gloo_group mk_gloo_group;

typedef struct {
  int32_t rank;
  int32_t world;
  const char *folder;    // a folder that all processes see; "" where they meet at an address
  const char *host;      // where rank 0 listens
  int32_t port;
  const char *interface; // a network interface or an address of this host; "" chooses
  int64_t connect_milliseconds;
  int64_t milliseconds;  // of every later operation
} mk_gloo_options;

#define MK_GLOO_FUNCTIONS(X)                                                                                         \
  X(int32_t, interface, (void))                                                                                      \
  X(void, free_text, (char *text))                                                                                   \
  X(char *, connect, (const mk_gloo_options *options, mk_gloo_group **group))                                        \
  X(char *, sum, (mk_gloo_group * group, float *values, int64_t count))                                              \
  X(char *, broadcast, (mk_gloo_group * group, void *bytes, int64_t count))                                          \
  X(char *, barrier, (mk_gloo_group * group))                                                                        \
  X(void, close, (mk_gloo_group * group))

#define MK_GLOO_FIELD_OF_API(result, name, parameters) result(*name) parameters;
typedef struct mk_gloo_api {
  MK_GLOO_FUNCTIONS(MK_GLOO_FIELD_OF_API)
} mk_gloo_api;
#undef MK_GLOO_FIELD_OF_API

/// Loads the shim once and returns its functions, or null; every later call gives the first call's answer.
/// The environment's MILLRACE_GLOO names a library that is tried alone, else `mk_shim_open` looks for it.
const mk_gloo_api *mk_gloo_load(void);

/// Why `mk_gloo_load` returned null; empty before the first load and after a good one.
const char *mk_gloo_reason(void);

/// The environment, as `environ` has it: names and values up to a null.
char **mk_environment(void);

/// Asks the system to end this process with SIGTERM when its parent ends, if the parent is still `parent`. Linux only; elsewhere
/// it does nothing.
void mk_end_with_parent(int32_t parent);

#ifdef __cplusplus
}
#endif

#endif
