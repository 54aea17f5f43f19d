using System.Globalization;
using System.Text;

namespace Messaging.Batching;

public sealed class NameCacheTests
{
    private const int Places = 64;

    private readonly NameCache _names = new();

    [Fact]
    public void A_name_that_comes_again_is_the_same_string()
    {
        var first = _names.Get("application/json"u8);

        Assert.Equal("application/json", first);
        Assert.Same(first, _names.Get("application/json"u8));
    }

    [Fact]
    public void An_empty_name_is_empty() => Assert.Empty(_names.Get([]));

    [Fact]
    public void Names_that_share_a_place_are_told_apart()
    {
        // Alike in length, first and last byte, which is all that the place is made of.
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("Quote", _names.Get("Quote"u8));
            Assert.Equal("Qxxxe", _names.Get("Qxxxe"u8));
        }
    }

    [Fact]
    public void It_keeps_no_more_than_its_places_whatever_a_stranger_sends()
    {
        var sent = Enumerable.Range(0, 10_000).Select(number => Encoding.UTF8.GetBytes("name" + number.ToString(CultureInfo.InvariantCulture))).ToList();
        var before = sent.Select(name => _names.Get(name)).ToList();

        var kept = sent.Zip(before).Count(pair => ReferenceEquals(pair.Second, _names.Get(pair.First)));

        Assert.InRange(kept, 0, Places);
        Assert.Equal(sent.Select(Encoding.UTF8.GetString), before);
    }

    [Fact]
    public void A_long_name_is_read_and_not_kept()
    {
        var name = Encoding.UTF8.GetBytes(new string('n', 255));

        Assert.Equal(_names.Get(name), _names.Get(name));
        Assert.NotSame(_names.Get(name), _names.Get(name));
    }

    [Fact]
    public async Task Many_threads_get_the_right_names()
    {
        string[] texts = ["Add", "Axd", "Quote", "Qxxxe", "application/json", "reply", "fault"];

        await Parallel.ForEachAsync(Enumerable.Range(0, 100_000), TestContext.Current.CancellationToken, (number, _) =>
        {
            var text = texts[number % texts.Length];
            Assert.Equal(text, _names.Get(Encoding.UTF8.GetBytes(text)));
            return ValueTask.CompletedTask;
        });
    }
}
