#include "mk_gram.h"
#include "mk_isa_common.h"

MK_KERNEL(void, mk_gram_f64,
          (const double* z, long rows, long columns, long stride, long begin, long end, double* g, long g_stride),
          (z, rows, columns, stride, begin, end, g, g_stride))
MK_KERNEL(double, mk_dot_f64, (const double* a, const double* b, long count), (a, b, count))
