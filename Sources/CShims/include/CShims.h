#ifndef MK_CSHIMS_H
#define MK_CSHIMS_H

// How the libraries that `make setup` puts into `.deps/lib` are found at run time. None of them is ever linked: what
// does not need a library works without it.

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Opens a library by its file name, such as `libmillrace_arrow.so`, and returns dlopen's handle.
///
/// If the environment's `variable` is set, the path that it holds is tried alone. Otherwise the library is looked for in
/// `.deps/lib` beside the executable and the current directory and upward from both, and then where the system looks.
/// Returns null where it is not found or cannot be loaded; `message` then holds the reason.
void *mk_shim_open(const char *file, const char *variable, char *message, size_t capacity);

/// The address of a function of the library, or null with the reason in `message`.
void *mk_shim_symbol(void *handle, const char *name, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
