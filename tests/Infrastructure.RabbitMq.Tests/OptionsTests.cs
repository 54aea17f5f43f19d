using Messaging.Transport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.RabbitMq.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Options_come_from_the_configuration_and_code_has_the_last_word()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Messaging:RabbitMq:Uri"] = "amqps://user:secret@broker.example/orders",
            ["Messaging:RabbitMq:Endpoints:0"] = "second.example:5673",
            ["Messaging:RabbitMq:Endpoints:1"] = "third.example",
            ["Messaging:RabbitMq:Heartbeat"] = "00:00:20",
            ["Messaging:RabbitMq:MaxMessageBytes"] = "1000",
            ["Messaging:RabbitMq:ReplyPath"] = "DirectReplyTo",
            ["Messaging:RabbitMq:Tls:ServerName"] = "cluster.example",
        }).Build();
        using var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddMessaging().UseRabbitMq(options => options.MaxMessageBytes = 2000)
            .Services.BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<RabbitMqOptions>>().Value;
        var addresses = new BrokerAddresses(options);

        Assert.Equal(TimeSpan.FromSeconds(20), options.Heartbeat);
        Assert.Equal(2000, options.MaxMessageBytes);
        Assert.Equal(RabbitMqReplyPath.DirectReplyTo, options.ReplyPath);
        Assert.Equal("cluster.example", options.Tls.ServerName);
        Assert.True(addresses.UsesTls);
        Assert.Equal(("user", "secret", "orders"), (addresses.UserName, addresses.Password, addresses.VirtualHost));
        Assert.Equal(
            [("broker.example", 5671), ("second.example", 5673), ("third.example", 5671)],
            addresses.Shuffled().Order());
    }

    [Fact]
    public void Without_options_the_broker_is_the_local_one()
    {
        var addresses = new BrokerAddresses(new RabbitMqOptions());

        Assert.Equal([("localhost", 5672)], addresses.Shuffled());
        Assert.Equal(("guest", "guest", "/"), (addresses.UserName, addresses.Password, addresses.VirtualHost));
        Assert.False(addresses.UsesTls);
    }

    [Fact]
    public void Credentials_of_their_own_go_before_those_of_the_address()
    {
        var addresses = new BrokerAddresses(new RabbitMqOptions
        {
            Uri = new Uri("amqp://us%40er:pa%3Ass%2Fword@broker/%2f"),
            UserName = "other",
        });

        Assert.Equal(("other", "pa:ss/word", "/"), (addresses.UserName, addresses.Password, addresses.VirtualHost));
    }

    [Fact]
    public async Task Options_that_cannot_work_stop_the_application_with_every_reason()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddMessaging().UseRabbitMq(options =>
        {
            options.Uri = new Uri("http://user:secret@localhost");
            options.Endpoints.Add("not a host");
            options.Heartbeat = TimeSpan.Zero;
            options.ConnectTimeout = TimeSpan.Zero;
            options.MaxMessageBytes = 0;
            options.ReplyPath = (RabbitMqReplyPath)7;
            options.Tls.CertificateAuthorityPath = "/nowhere.pem";
        });
        using var host = builder.Build();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(7, failure.Failures.Count());
        Assert.All(failure.Failures, text => Assert.StartsWith("Messaging:RabbitMq:", text, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_addresses_are_refused_instead_of_the_last_winning()
    {
        var builder = new ServiceCollection().AddMessaging().UseRabbitMq(static options => options.Uri = new Uri("amqp://first"));

        var failure = Assert.Throws<InvalidOperationException>(() => builder.UseRabbitMq(static options => options.Uri = new Uri("amqp://second")));

        Assert.Contains("UseRabbitMq(…), then UseRabbitMq(…)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("remove one", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_transport_is_refused_by_name_in_either_order()
    {
        var rabbit = new ServiceCollection().AddMessaging().UseRabbitMq();
        var memory = new ServiceCollection().AddMessaging().UseInMemory();

        Assert.Contains("UseRabbitMq(…), then UseInMemory()", Assert.Throws<InvalidOperationException>(() => rabbit.UseInMemory()).Message, StringComparison.Ordinal);
        Assert.Contains("UseInMemory(), then UseRabbitMq(…)", Assert.Throws<InvalidOperationException>(() => memory.UseRabbitMq()).Message, StringComparison.Ordinal);
        Assert.Contains("UseInMemory(), then UseRabbitMq(…)", Assert.Throws<InvalidOperationException>(() => memory.Services.AddMessaging().UseRabbitMq()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_that_was_taken_back_can_be_made_anew()
    {
        await using var provider = new ServiceCollection().AddMessaging().UseInMemory().ForgetTransport().UseRabbitMq().Services.BuildServiceProvider();

        Assert.Equal("rabbitmq", Assert.Single(provider.GetServices<ITransport>()).Name);
    }
}
