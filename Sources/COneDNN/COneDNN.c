#ifndef _GNU_SOURCE
#define _GNU_SOURCE // RTLD_DEFAULT
#endif

#include "COneDNN.h"

#include "CShims.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __APPLE__
#define MK_DNN_LIBRARY "libdnnl.3.dylib"
#else
#define MK_DNN_LIBRARY "libdnnl.so.3"
#endif

static pthread_mutex_t mk_dnn_lock = PTHREAD_MUTEX_INITIALIZER;
static bool mk_dnn_decided = false;
static mk_dnn_api mk_dnn_table;
static const mk_dnn_api *mk_dnn_loaded = NULL;
static void (*mk_dnn_set_threads)(int) = NULL;
static char mk_dnn_text[PATH_MAX + 256] = "";

// libgomp reads its environment while it is being loaded, so its policy has to be there beforehand. Only what the user
// left unset is set, and it is removed afterwards: child processes with their own OpenMP must not inherit it.
static const struct {
  const char *name, *value;
} mk_dnn_policy[] = {
    {"OMP_NUM_THREADS", "1"},      // the engine has its own threads
    {"OMP_WAIT_POLICY", "passive"}, // never spin beside a busy neighbour
    {"GOMP_SPINCOUNT", "0"},
};
enum { mk_dnn_policies = sizeof mk_dnn_policy / sizeof mk_dnn_policy[0] };

static void *mk_dnn_open(const char *path) {
  bool added[mk_dnn_policies];
  for (size_t i = 0; i < mk_dnn_policies; i++) {
    added[i] = getenv(mk_dnn_policy[i].name) == NULL;
    if (added[i]) setenv(mk_dnn_policy[i].name, mk_dnn_policy[i].value, 0);
  }
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  for (size_t i = 0; i < mk_dnn_policies; i++)
    if (added[i]) unsetenv(mk_dnn_policy[i].name);
  return handle;
}

// ISO C has no cast between object and function pointers, POSIX promises that the bits are the same.
#define MK_DNN_BIND(handle, field, symbol)                                                                           \
  do {                                                                                                               \
    void *address = dlsym(handle, symbol);                                                                           \
    memcpy(&(field), &address, sizeof address);                                                                      \
  } while (0)

static const mk_dnn_api *mk_dnn_first_load(const char *requested) {
  const char *kernels = getenv("MILLRACE_KERNELS");
  if (kernels != NULL && strcmp(kernels, "portable") == 0) {
    snprintf(mk_dnn_text, sizeof mk_dnn_text, "MILLRACE_KERNELS is portable");
    return NULL;
  }
  const char *environment = getenv("MILLRACE_ONEDNN");
  char path[PATH_MAX];
  if (requested != NULL) snprintf(path, sizeof path, "%s", requested);
  else if (environment != NULL && environment[0] != '\0') snprintf(path, sizeof path, "%s", environment);
  else mk_shim_locate(MK_DNN_LIBRARY, path, sizeof path);

  void *handle = mk_dnn_open(path);
  if (handle == NULL) {
    const char *message = dlerror();
    snprintf(mk_dnn_text, sizeof mk_dnn_text, "cannot load oneDNN: %s", message == NULL ? path : message);
    return NULL;
  }
#define MK_DNN_LOOKUP(result, name, parameters)                                                                      \
  MK_DNN_BIND(handle, mk_dnn_table.name, "dnnl_" #name);                                                             \
  if (mk_dnn_table.name == NULL) {                                                                                   \
    snprintf(mk_dnn_text, sizeof mk_dnn_text, "%s has no dnnl_" #name, path);                                        \
    dlclose(handle);                                                                                                 \
    return NULL;                                                                                                     \
  }
  MK_DNN_FUNCTIONS(MK_DNN_LOOKUP)
#undef MK_DNN_LOOKUP

  const mk_dnn_version *version = mk_dnn_table.version();
  if (version->major != 3) {
    snprintf(mk_dnn_text, sizeof mk_dnn_text, "%s is oneDNN %d.%d, major version 3 is needed", path, version->major,
             version->minor);
    dlclose(handle);
    return NULL;
  }
  // Looked up through the library first: that reaches the OpenMP runtime it depends on, which RTLD_LOCAL hides.
  MK_DNN_BIND(handle, mk_dnn_set_threads, "omp_set_num_threads");
  if (mk_dnn_set_threads == NULL) MK_DNN_BIND(RTLD_DEFAULT, mk_dnn_set_threads, "omp_set_num_threads");
  snprintf(mk_dnn_text, sizeof mk_dnn_text, "%s", path);
  return &mk_dnn_table;
}

const mk_dnn_api *mk_dnn_load(const char *path_or_null) {
  pthread_mutex_lock(&mk_dnn_lock);
  if (!mk_dnn_decided) {
    mk_dnn_loaded = mk_dnn_first_load(path_or_null);
    mk_dnn_decided = true;
  }
  pthread_mutex_unlock(&mk_dnn_lock);
  return mk_dnn_loaded;
}

const char *mk_dnn_reason(void) { return mk_dnn_text; }

void mk_dnn_single_thread(void) {
  if (mk_dnn_set_threads != NULL) mk_dnn_set_threads(1);
}
