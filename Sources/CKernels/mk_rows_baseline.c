#include "mk_isa_baseline.h"
#include "mk_rows_body.h"
