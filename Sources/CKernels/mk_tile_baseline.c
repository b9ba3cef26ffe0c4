#include "mk_isa_baseline.h"
#include "mk_tile_body.h"
