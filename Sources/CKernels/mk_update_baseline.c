#include "mk_isa_baseline.h"
#include "mk_update_body.h"
