#include "mk_isa_baseline.h"
#include "mk_stem_body.h"
