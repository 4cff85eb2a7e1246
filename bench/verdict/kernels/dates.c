/* Days to civil dates and weekdays, over centuries. */
#include "kernel.h"

void prepare(void) {}

uint64_t hot(uint32_t pass) {
  uint64_t sum = 0;
  for (int64_t day = -200000 + (int64_t)(pass & 31); day < 200000; day += 61) {
    const int64_t shifted = day + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const uint32_t of_era = (uint32_t)(shifted - era * 146097);
    const uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const uint32_t month = (5 * of_year + 2) / 153;
    const uint32_t date = of_year - (153 * month + 2) / 5 + 1;
    if (date > 31) refuse("no such date", date);
    if (date == 29 && month == 11)
      sum += 3;
    else if ((day % 7 + 11) % 7 == 0)
      sum += date;
    sum += month < 10 ? month + 3 : month - 9;
  }
  if (sum == 0) refuse("no days", pass);
  return sum;
}
