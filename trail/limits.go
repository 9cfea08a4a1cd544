package trail

const (
	// MaxFile is the size of one file in bytes, after decompression. 250 data
	// resources of five selectors are about 30 kB.
	MaxFile = 16 << 20
	// maxTrails is the number of trails of an account. AWS allows five in each
	// Region, beside those of the organization.
	maxTrails = 1000
	// maxSelectors is the number of selectors of a trail. AWS allows five basic
	// ones, and 500 values of advanced ones.
	maxSelectors = 1000
	// maxPeriods is how many periods of a trail are kept, the newest. With a
	// change each week that is more than a year.
	maxPeriods = 64
	// maxText is the length of a name, an ARN or a value in bytes.
	maxText = 2048
	// lastSecond bounds times in seconds since 1970: the year 10000.
	lastSecond = 253402300800
)
