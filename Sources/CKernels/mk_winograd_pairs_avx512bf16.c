#include "mk_isa_common.h"
#if defined(__x86_64__)
#include "mk_isa_avx512bf16.h"
#include "mk_winograd_pairs_body.h"
#include "mk_isa_end.h"
#endif
