using Messaging.Watching;
using Microsoft.Extensions.Options;

namespace Messaging.Dashboard.Tests.Watching;

public sealed class HistoryTests
{
    private static HistoryBook Book(TimeSpan length) => new(Options.Create(new DashboardOptions { History = length }));

    private static FleetSnapshot Fleet(long number, params ServiceRow[] services) =>
        new(number, 1_700_000_000_000 + (number * 2000), IsKnown: true, Trouble: null, new ServiceRow { Name = SampleMaker.TotalName, Rate = number }, services);

    [Fact]
    public void It_holds_no_more_than_its_length_however_long_it_runs()
    {
        var book = Book(TimeSpan.FromMinutes(1));
        for (var number = 0; number < 1000; number++)
        {
            book.Add(Fleet(number, new ServiceRow { Name = "shop", Rate = number, Waiting = 7 }));
        }

        var all = book.Read(null);
        var shop = book.Read("shop");

        Assert.Equal(30, all.Times.Length);
        Assert.Equal(970, all.First);
        Assert.Equal(Enumerable.Range(970, 30).Select(static number => (double?)number), shop.Series.Rate);
        Assert.All(shop.Series.Waiting, static value => Assert.Equal(7, value));
        Assert.Equal(30, all.Rates!["shop"].Length);
    }

    [Fact]
    public void What_was_not_seen_is_a_gap()
    {
        var book = Book(TimeSpan.FromMinutes(1));
        for (var number = 0; number < 40; number++)
        {
            book.Add(number is >= 15 and < 25 ? Fleet(number) : Fleet(number, new ServiceRow { Name = "shop", Rate = number }));
        }

        var rates = book.Read("shop").Series.Rate;

        Assert.Equal(30, rates.Length);
        Assert.Equal([10, 11, 12, 13, 14], rates[..5]);
        Assert.All(rates[5..15], Assert.Null);
        Assert.Equal(25, rates[15]);
    }

    [Fact]
    public void An_unknown_service_and_an_empty_book_have_no_past()
    {
        var book = Book(TimeSpan.FromMinutes(1));
        Assert.Empty(book.Read("shop").Series.Rate);

        book.Add(Fleet(0));

        Assert.Null(Assert.Single(book.Read("shop").Series.Rate));
    }

    [Fact]
    public void Only_so_many_services_are_known_whatever_announces_itself()
    {
        var known = new KnownServices(Options.Create(new DashboardOptions { Services = { "shop" } }));

        known.Add(Enumerable.Range(0, 10_000).Select(static number => $"s{number}").Append("amq.<script>"));

        Assert.Equal(KnownServices.Limit, known.Names.Count);
        Assert.Contains("shop", known.Names);
        Assert.DoesNotContain("amq.<script>", known.Names);
    }
}
