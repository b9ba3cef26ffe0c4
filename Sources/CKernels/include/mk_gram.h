// Sums of products in double precision: what closed-form linear models are solved from.
#ifndef MK_GRAM_H
#define MK_GRAM_H

#ifdef __cplusplus
extern "C" {
#endif

/// g[i][j] += Σ over rows of z[row][i] z[row][j] for begin <= i < end and i <= j < columns; below the diagonal g may be written too.
/// z [rows, stride], g [.., g_stride]. Keep a panel of z in the cache: a hundred rows or two. `begin` is a multiple of four.
void mk_gram_f64(const double* z, long rows, long columns, long stride, long begin, long end, double* g, long g_stride);

/// Σ a[i] b[i].
double mk_dot_f64(const double* a, const double* b, long count);

#ifdef __cplusplus
}
#endif
#endif
