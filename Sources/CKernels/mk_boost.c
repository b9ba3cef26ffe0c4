#include "mk_boost.h"
#include "mk_isa_common.h"

MK_KERNEL(void, mk_boost_histogram,
          (const uint8_t* bins, long stride, const float* slopes, const uint32_t* samples, long count, long begin, long end,
           mk_boost_bin* histogram),
          (bins, stride, slopes, samples, count, begin, end, histogram))
MK_KERNEL(void, mk_boost_subtract, (mk_boost_bin* whole, const mk_boost_bin* part, long entries), (whole, part, entries))

// Value of a side, kept where the rule wants it.
static inline double side_value(double gradient, double curvature, const mk_boost_rule* rule) {
    double value = -gradient / (curvature + rule->ridge);
    return value < rule->lower ? rule->lower : value > rule->upper ? rule->upper : value;
}

// -2 × the loss that the value saves; for a free value gradient² / curvature.
static inline double side_gain(double gradient, double curvature, double value, const mk_boost_rule* rule) {
    return -(2 * gradient + (curvature + rule->ridge) * value) * value;
}

// Visits the splits after each bin from the left; `missing` goes to the left side.
static void scan(const mk_boost_bin* histogram, int bins, const mk_boost_bin* total, const mk_boost_bin* missing, int missing_left,
                 const mk_boost_rule* rule, double parent, mk_boost_split* split) {
    double gradient = missing ? missing->gradient : 0, curvature = missing ? missing->curvature : 0, count = missing ? missing->count : 0;
    int is_free = rule->monotone == 0 && rule->lower == -INFINITY && rule->upper == INFINITY;
    for (int bin = 0; bin < bins; bin++) {
        if (histogram[bin].count == 0) continue;
        gradient += histogram[bin].gradient;
        curvature += histogram[bin].curvature;
        count += histogram[bin].count;
        if (count < rule->least_count || curvature < rule->least_curvature) continue;
        double right_gradient = total->gradient - gradient, right_curvature = total->curvature - curvature;
        if (total->count - count < rule->least_count || right_curvature < rule->least_curvature) break;
        double gain;
        if (is_free) {
            gain = gradient * gradient / (curvature + rule->ridge) + right_gradient * right_gradient / (right_curvature + rule->ridge) - parent;
        } else {
            double left = side_value(gradient, curvature, rule), right = side_value(right_gradient, right_curvature, rule);
            if ((rule->monotone > 0 && left > right) || (rule->monotone < 0 && left < right)) continue;
            gain = side_gain(gradient, curvature, left, rule) + side_gain(right_gradient, right_curvature, right, rule) - parent;
        }
        if (gain > split->gain) *split = (mk_boost_split){gain, bin, missing_left, gradient, curvature, count};
    }
}

void mk_boost_best_split(const mk_boost_bin* histogram, int bins, const mk_boost_bin* total, const mk_boost_rule* rule,
                         mk_boost_split* split) {
    const mk_boost_bin* missing = histogram + MK_BOOST_MISSING;
    double value = side_value(total->gradient, total->curvature, rule);
    double parent = side_gain(total->gradient, total->curvature, value, rule);
    *split = (mk_boost_split){0, -1, 0, 0, 0, 0};
    if (missing->count == 0) {
        scan(histogram, bins, total, NULL, 0, rule, parent, split);
        // No sample says where the missing go: with the larger part.
        if (split->bin >= 0) split->missing_left = 2 * split->left_count >= total->count;
        return;
    }
    scan(histogram, bins, total, NULL, 0, rule, parent, split);
    scan(histogram, bins, total, missing, 1, rule, parent, split);
}

long mk_boost_partition(const uint8_t* bins, long stride, const uint8_t* left, uint32_t* samples, long count, uint32_t* scratch) {
    long lefts = 0, rights = 0;
    for (long i = 0; i < count; i++) {
        uint32_t sample = samples[i];
        long goes_left = left[bins[(long)sample * stride]];
        samples[lefts] = sample;
        scratch[rights] = sample;
        lefts += goes_left;
        rights += 1 - goes_left;
    }
    memcpy(samples + lefts, scratch, sizeof(uint32_t) * (size_t)rights);
    return lefts;
}
