// Sums of products in double precision, compiled once per instruction set (see mk_isa_common.h).
#include "mk_gram.h"

#define MK_DOUBLES (MK_LANES / 2)
typedef double mk_doubles __attribute__((vector_size(8 * MK_DOUBLES), aligned(8)));
// A tile is MK_HIGH rows of g by MK_WIDE vectors.
enum { MK_HIGH = 4, MK_WIDE = 3 };

void MK_NAME(mk_gram_f64)(const double* z, long rows, long columns, long stride, long begin, long end, double* g, long g_stride) {
    for (long i = begin; i < end; i += MK_HIGH) {
        long high = end - i < MK_HIGH ? end - i : MK_HIGH, j = i;
        if (high == MK_HIGH) {
            for (; j + MK_WIDE * MK_DOUBLES <= columns; j += MK_WIDE * MK_DOUBLES) {
                mk_doubles sum[MK_HIGH][MK_WIDE] = {0};
                for (long row = 0; row < rows; row++) {
                    const double* left = z + row * stride + i;
                    const double* right = z + row * stride + j;
                    mk_doubles value[MK_WIDE];
#pragma clang loop unroll(full)
                    for (int w = 0; w < MK_WIDE; w++) value[w] = *(const mk_doubles*)(right + w * MK_DOUBLES);
#pragma clang loop unroll(full)
                    for (int h = 0; h < MK_HIGH; h++) {
#pragma clang loop unroll(full)
                        for (int w = 0; w < MK_WIDE; w++) sum[h][w] += left[h] * value[w];
                    }
                }
#pragma clang loop unroll(full)
                for (int h = 0; h < MK_HIGH; h++) {
#pragma clang loop unroll(full)
                    for (int w = 0; w < MK_WIDE; w++) *(mk_doubles*)(g + (i + h) * g_stride + j + w * MK_DOUBLES) += sum[h][w];
                }
            }
        }
        for (; j < columns; j += MK_DOUBLES) {
            long wide = columns - j < MK_DOUBLES ? columns - j : MK_DOUBLES;
            double sum[MK_HIGH][MK_DOUBLES] = {{0}};
            for (long row = 0; row < rows; row++) {
                for (long h = 0; h < high; h++) {
                    for (long w = 0; w < wide; w++) sum[h][w] += z[row * stride + i + h] * z[row * stride + j + w];
                }
            }
            for (long h = 0; h < high; h++) {
                for (long w = 0; w < wide; w++) g[(i + h) * g_stride + j + w] += sum[h][w];
            }
        }
    }
}

double MK_NAME(mk_dot_f64)(const double* a, const double* b, long count) {
    mk_doubles sum[4] = {{0}};
    long i = 0;
    for (; i + 4 * MK_DOUBLES <= count; i += 4 * MK_DOUBLES) {
#pragma clang loop unroll(full)
        for (int w = 0; w < 4; w++) sum[w] += *(const mk_doubles*)(a + i + w * MK_DOUBLES) * *(const mk_doubles*)(b + i + w * MK_DOUBLES);
    }
    mk_doubles all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    double total = 0;
    for (int lane = 0; lane < MK_DOUBLES; lane++) total += all[lane];
    for (; i < count; i++) total += a[i] * b[i];
    return total;
}
