// Histograms of gradients, compiled once per instruction set (see mk_isa_common.h).
#include "mk_boost.h"

// Four doubles: one register with AVX, two without.
typedef double mk_four __attribute__((vector_size(32), aligned(8)));

void MK_NAME(mk_boost_histogram)(const uint8_t* bins, long stride, const float* slopes, const uint32_t* samples, long count,
                                 long begin, long end, mk_boost_bin* histogram) {
    memset(histogram + begin * MK_BOOST_BINS, 0, sizeof(mk_boost_bin) * (size_t)((end - begin) * MK_BOOST_BINS));
    for (long i = 0; i < count; i++) {
        if (i + 16 < count) {
            __builtin_prefetch(bins + (long)samples[i + 16] * stride + begin);
            __builtin_prefetch(slopes + (long)samples[i + 16] * 2);
        }
        long sample = samples[i];
        const uint8_t* row = bins + sample * stride;
        mk_four add = {slopes[2 * sample], slopes[2 * sample + 1], 1, 0};
        for (long feature = begin; feature < end; feature++) {
            mk_four* entry = (mk_four*)(histogram + feature * MK_BOOST_BINS + row[feature]);
            *entry += add;
        }
    }
}

void MK_NAME(mk_boost_subtract)(mk_boost_bin* whole, const mk_boost_bin* part, long entries) {
    for (long i = 0; i < entries; i++) *(mk_four*)(whole + i) -= *(const mk_four*)(part + i);
}
