#include "mk_tile.h"
#include "mk_isa_common.h"

MK_KERNEL(void, mk_tile_run,
          (const mk_tile_instruction* code, int count, const mk_tile_input* in, int nin, const mk_tile_output* out, int nout,
           long outer, long inner, long outer_begin, long outer_end, long inner_begin, long inner_end, long index_base,
           void* scratch),
          (code, count, in, nin, out, nout, outer, inner, outer_begin, outer_end, inner_begin, inner_end, index_base,
           scratch))

int mk_dtype_size(mk_dtype dtype) {
    static const unsigned char sizes[] = {4, 2, 2, 8, 1, 2, 4, 8, 1, 2, 4, 8, 1};
    return sizes[dtype];
}
