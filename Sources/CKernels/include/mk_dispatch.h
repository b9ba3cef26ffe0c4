// Which instruction set the kernels run with.
#ifndef MK_DISPATCH_H
#define MK_DISPATCH_H

#ifdef __cplusplus
extern "C" {
#endif

enum { MK_ISA_BASELINE = 0, MK_ISA_AVX2 = 1, MK_ISA_AVX512 = 2, MK_ISA_AVX512_BF16 = 3 };

/// The instruction set chosen for this process: the best the processor and the operating system offer,
/// lowered (never raised) by the environment variable MILLRACE_ISA=baseline|avx2|avx512|avx512bf16. Decided once.
int mk_isa(void);

/// Whether the processor multiplies matrices of bf16 by a unit of its own (AMX), many times as fast as its vectors do.
int mk_has_matrix_unit(void);

/// "baseline", "neon", "avx2", "avx512" or "avx512bf16".
const char* mk_isa_name(void);

#ifdef __cplusplus
}
#endif
#endif
