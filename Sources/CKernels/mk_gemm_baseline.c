#include "mk_isa_baseline.h"
#include "mk_gemm_body.h"
