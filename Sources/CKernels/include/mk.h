// All kernels of the engine.
#ifndef MK_H
#define MK_H

#include "mk_dispatch.h"
#include "mk_pause.h"
#include "mk_processors.h"
#include "mk_tile.h"
#include "mk_rows.h"
#include "mk_update.h"
#include "mk_gemm.h"
#include "mk_recurrent.h"
#include "mk_conv.h"
#include "mk_stem.h"
#include "mk_winograd.h"
#include "mk_winograd_pairs.h"
#include "mk_pool.h"
#include "mk_attention.h"
#include "mk_boost.h"
#include "mk_gram.h"


#endif
