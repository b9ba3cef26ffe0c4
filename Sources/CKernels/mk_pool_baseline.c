#include "mk_isa_baseline.h"
#include "mk_pool_body.h"
