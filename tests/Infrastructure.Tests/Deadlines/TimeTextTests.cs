using System.Globalization;

namespace Messaging.Deadlines;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("00:00:00", "0 ms")]
    [InlineData("00:00:00.0001", "0.1 ms")]
    [InlineData("00:00:00.250", "250 ms")]
    [InlineData("00:00:01", "1 s")]
    [InlineData("00:00:01.5", "1.5 s")]
    [InlineData("00:01:00", "1 min")]
    [InlineData("00:01:30", "90 s")]
    [InlineData("01:00:00", "1 h")]
    [InlineData("01:30:00", "90 min")]
    [InlineData("24.00:00:00", "24 d")]
    [InlineData("-00:00:00.001", "no end")]
    public void Time_is_said_in_the_unit_that_somebody_would_have_set(string time, string text) =>
        Assert.Equal(text, TimeText.Of(TimeSpan.Parse(time, CultureInfo.InvariantCulture)));
}
