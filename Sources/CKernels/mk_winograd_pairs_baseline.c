#include "mk_isa_baseline.h"
#include "mk_winograd_pairs_body.h"
