#include "mk_dispatch.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static int detected(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    // The same features that the target attributes in mk_isa_avx2.h and mk_isa_avx512.h switch on.
    if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c")
          && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))) return MK_ISA_BASELINE;
    if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
          && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd"))) return MK_ISA_AVX2;
    return __builtin_cpu_supports("avx512bf16") ? MK_ISA_AVX512_BF16 : MK_ISA_AVX512;
#else
    return MK_ISA_BASELINE;
#endif
}

static int allowed(void) {
    const char* wish = getenv("MILLRACE_ISA");
    if (!wish) return MK_ISA_AVX512_BF16;
    if (!strcmp(wish, "baseline")) return MK_ISA_BASELINE;
    if (!strcmp(wish, "avx2")) return MK_ISA_AVX2;
    if (!strcmp(wish, "avx512")) return MK_ISA_AVX512;
    return MK_ISA_AVX512_BF16;
}

int mk_isa(void) {
    // Several threads may decide at the same time; all come to the same answer, so a relaxed store is enough.
    static _Atomic int decision = -1;
    int isa = atomic_load_explicit(&decision, memory_order_relaxed);
    if (isa < 0) {
        int best = detected(), limit = allowed();
        isa = best < limit ? best : limit;
        atomic_store_explicit(&decision, isa, memory_order_relaxed);
    }
    return isa;
}

int mk_has_matrix_unit(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("amx-bf16") ? 1 : 0;
#else
    return 0;
#endif
}

const char* mk_isa_name(void) {
    switch (mk_isa()) {
    case MK_ISA_AVX512_BF16: return "avx512bf16";
    case MK_ISA_AVX512: return "avx512";
    case MK_ISA_AVX2: return "avx2";
    default:
#if defined(__ARM_NEON)
        return "neon";
#else
        return "baseline";
#endif
    }
}
