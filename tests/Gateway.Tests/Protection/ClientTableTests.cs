using System.Net;
using System.Security.Claims;
using Messaging.Protection;
using Microsoft.AspNetCore.Http;

namespace Messaging.Gateway.Tests.Protection;

public sealed class ClientTableTests
{
    [Fact]
    public void Further_clients_than_are_kept_share_one_set_of_limits()
    {
        using var table = new ClientTable(new GatewayLimitsOptions { MaxClients = 2, RateLimit = new GatewayRateLimitOptions { PerSecond = 0.001, Burst = 1 } }, TimeProvider.System);

        Assert.Equal([true, true, true, false, false], new[] { "a", "b", "c", "d", "a" }.Select(client => Call(table, client)));
        Assert.Equal(2, table.Count);
    }

    [Fact]
    public void A_client_is_forgotten_when_nothing_is_to_be_remembered_of_it()
    {
        using var table = new ClientTable(new GatewayLimitsOptions { MaxCallsPerClient = 1 }, TimeProvider.System);

        var limits = table.Enter("a");
        Assert.Same(limits, table.Enter("a"));
        table.Leave("a", limits);
        Assert.Equal(1, table.Count);
        table.Leave("a", limits);
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Clients_with_nothing_to_remember_make_room_for_others()
    {
        using var table = new ClientTable(new GatewayLimitsOptions { MaxClients = 1, RateLimit = new GatewayRateLimitOptions { PerSecond = 0.001, Burst = 1 } }, TimeProvider.System);
        table.Leave("idle", table.Enter("idle"));

        Assert.True(Call(table, "a"));
        Assert.False(Call(table, "a"));
    }

    [Theory]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void A_client_is_an_address_or_an_IPv6_network(string one, string other, bool same) =>
        Assert.Equal(same, string.Equals(Identify(one), Identify(other), StringComparison.Ordinal));

    [Fact]
    public void A_user_is_the_same_client_from_everywhere() => Assert.Equal(Identify("10.1.2.3", "ann"), Identify("10.9.9.9", "ann"));

    private static bool Call(ClientTable table, string client)
    {
        var limits = table.Enter(client);
        var may = limits.TryCall(out _);
        table.Leave(client, limits);
        return may;
    }

    private static string Identify(string address, string? user = null)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
        if (user is not null)
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test"));
        }

        return ClientTable.Identify(context);
    }
}
