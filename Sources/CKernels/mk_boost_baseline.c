#include "mk_isa_baseline.h"
#include "mk_boost_body.h"
