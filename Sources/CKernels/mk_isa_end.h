// Ends what mk_isa_avx2.h, mk_isa_avx512.h or mk_isa_avx512bf16.h began.
#pragma clang attribute pop
