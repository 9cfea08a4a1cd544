package notify

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// pause is the time before the next try after that many failures in a row, at
// least 1: it doubles up to pauseMost and is between half and the whole of that.
// The target's wish is honoured up to maxRetryAfter.
func (s *Sender) pause(failures int, wish time.Duration) time.Duration {
	whole := pauseFirst
	for i := 1; i < failures && whole < pauseMost; i++ {
		whole *= 2
	}
	whole = min(whole, pauseMost)
	if s.Jitter != nil {
		whole = whole/2 + time.Duration(s.Jitter()*float64(whole/2))
	}
	return max(whole, min(wish, maxRetryAfter))
}

// retryAfter reads the header of that name: seconds or a date (RFC 9110, section
// 10.2.3). Zero: there is none, or it says nothing that can be followed.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if text != "" && strings.Trim(text, "0123456789") == "" {
		seconds, err := strconv.ParseUint(text, 10, 31)
		if err != nil { // more than can be counted is more than the bound
			return maxRetryAfter
		}
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}
