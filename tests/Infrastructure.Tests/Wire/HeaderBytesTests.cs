namespace Messaging.Wire;

public sealed class HeaderBytesTests
{
    [Fact]
    public void A_strangers_text_weighs_what_it_is_long_and_the_system_s_own_is_cut_to_what_it_leaves()
    {
        const int Limit = 1_000;
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["strangers"] = new byte[600],
            ["reason"] = new string('r', 800),
        };

        Assert.True(HeaderBytes.TryFit(headers, Limit, ["reason"]));

        Assert.InRange(HeaderBytes.Of(headers), Limit - 10, Limit);
        Assert.EndsWith("…", (string)headers["reason"]!, StringComparison.Ordinal);
        Assert.Equal(600, ((byte[])headers["strangers"]!).Length);
    }
}
