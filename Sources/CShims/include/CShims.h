#ifndef MK_CSHIMS_H
#define MK_CSHIMS_H

// How the libraries that `make setup` puts into `.deps/lib` are found at run time. None of them is ever linked: what
// does not need a library works without it.

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Writes where a library of that file name lies: in `.deps/lib` beside the executable or the current directory, or upward from
/// them; where it is in none of these places the name itself, for the system to look.
void mk_shim_locate(const char *file, char *path, size_t capacity);

/// Opens a library by its file name, such as `libmillrace_arrow.so`, and returns dlopen's handle.
///
/// If the environment's `variable` is set, the path that it holds is tried alone. Otherwise mk_shim_locate tells the place.
/// Returns null where it is not found or cannot be loaded; `message` then holds the reason.
void *mk_shim_open(const char *file, const char *variable, char *message, size_t capacity);

/// The address of a function of the library, or null with the reason in `message`.
void *mk_shim_symbol(void *handle, const char *name, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
