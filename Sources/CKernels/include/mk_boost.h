// The hot loops of gradient-boosted trees: histograms of gradients over binned features, and splits out of them.
//
// Samples are rows of one byte a feature: the number of the bin. A histogram has MK_BOOST_BINS entries a feature, each the sum of
// gradients, the sum of curvatures and the count of its samples. No kernel allocates or starts a thread; work is cut by features,
// so results do not depend on the number of threads.
#ifndef MK_BOOST_H
#define MK_BOOST_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MK_BOOST_BINS = 256, MK_BOOST_MISSING = 255 };

typedef struct {
    double gradient, curvature, count, unused;
} mk_boost_bin;

/// histogram[feature][bin] += (gradient, curvature, 1) over `samples`, for the features begin ..< end.
/// `bins` [sample, stride]; `slopes` [sample, 2]: gradient and curvature of every sample; histogram of the features is overwritten.
void mk_boost_histogram(const uint8_t* bins, long stride, const float* slopes, const uint32_t* samples, long count,
                        long begin, long end, mk_boost_bin* histogram);

/// whole -= part over `entries` entries.
void mk_boost_subtract(mk_boost_bin* whole, const mk_boost_bin* part, long entries);

typedef struct {
    double ridge;             ///< Added to every sum of curvatures.
    double least_curvature;   ///< Each side has at least so much.
    double least_count;       ///< Each side has at least so many samples.
    double lower, upper;      ///< Where the values of the sides must lie.
    int monotone;             ///< 1: the value rises with the feature, -1: it falls, 0: as it comes.
} mk_boost_rule;

typedef struct {
    double gain;              ///< Loss saved, times two; not above 0 where there is no split.
    int bin;                  ///< Bins up to this one go left.
    int missing_left;         ///< Where samples without a value go.
    double left_gradient, left_curvature, left_count;
} mk_boost_split;

/// The best split of one feature's histogram with `bins` bins before the missing one. Values are -gradient / (curvature + ridge).
void mk_boost_best_split(const mk_boost_bin* histogram, int bins, const mk_boost_bin* total, const mk_boost_rule* rule,
                         mk_boost_split* split);

/// Puts the samples of bins that go left first, in order, then the others. `left` [256] says which bins do.
/// `scratch` has room for `count`. Returns how many go left.
long mk_boost_partition(const uint8_t* bins, long stride, const uint8_t* left, uint32_t* samples, long count, uint32_t* scratch);

#ifdef __cplusplus
}
#endif
#endif
