using FsCheck;
using FsCheck.Fluent;

namespace Messaging.Grpc;

public sealed class GrpcTimeoutTests
{
    private static readonly long _longest = TimeSpan.FromHours(99_999_999).Ticks;

    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("1n", 1)]
    [InlineData("0S", 0)]
    [InlineData("99999999H", 99_999_999L * 36_000_000_000)]
    public void A_timeout_is_digits_and_a_unit(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5s")]
    [InlineData("-5S")]
    [InlineData("+5S")]
    [InlineData(" 5S")]
    [InlineData("5 S")]
    [InlineData("5.5S")]
    [InlineData("123456789S")]
    [InlineData("\u0661S")]
    public void Anything_else_is_refused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Fact]
    public void What_is_written_is_read_as_no_less_and_hardly_more()
    {
        var exponents = Gen.Choose(0, 61).SelectMany(static exponent => Gen.Choose(0, int.MaxValue).Select(noise => Math.Min((1L << exponent) + (noise % (1L << exponent)), _longest)));

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(exponents.ToArbitrary(), static ticks =>
            GrpcTimeout.TryParse(GrpcTimeout.Format(TimeSpan.FromTicks(ticks)), out var read)
            && read.Ticks >= ticks
            && read.Ticks - ticks <= (ticks / 50_000) + 1));
    }

    [Fact]
    public void A_deadline_that_has_passed_is_the_shortest_timeout() => Assert.Equal("100n", GrpcTimeout.Format(TimeSpan.FromSeconds(-1)));
}
