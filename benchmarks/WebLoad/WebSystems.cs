using MassTransit;

namespace Messaging.WebLoad;

/// <summary>What is measured, and what works behind it.</summary>
internal abstract class WebSystem
{
    public virtual void AddServices(IServiceCollection services, Uri broker)
    {
    }

    public virtual void Map(WebApplication app)
    {
    }
}

internal static class WebSystems
{
    private const ushort Prefetch = 256;

    public static WebSystem Find(string role) => role switch
    {
        "nothing" => new NothingSystem(),
        "gateway" => new GatewaySystem(),
        "worker" => new WorkerSystem(),
        "masstransit" => new MassTransitSystem(),
        "masstransit-worker" => new MassTransitWorkerSystem(),
        _ => throw new ArgumentException($"There is no role '{role}'.", nameof(role)),
    };

    /// <summary>An endpoint that does nothing: it reads a request and answers.</summary>
    private sealed class NothingSystem : WebSystem
    {
        private static readonly byte[] _reply = """{"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}"""u8.ToArray();

        public override void Map(WebApplication app) => app.MapPost("/echo/Echo", static async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = _reply.Length;
            await context.Response.Body.WriteAsync(_reply, context.RequestAborted);
        });
    }

    private sealed class GatewaySystem : WebSystem
    {
        public override void AddServices(IServiceCollection services, Uri broker) =>
            services.AddMessaging().UseRabbitMq(options => options.Uri = broker).AddGateway(static options => options.Services.Add("echo"));

        public override void Map(WebApplication app) => app.MapMessagingGateway();
    }

    private sealed class WorkerSystem : WebSystem
    {
        public override void AddServices(IServiceCollection services, Uri broker) =>
            services.AddMessaging().UseRabbitMq(options => options.Uri = broker).AddWorker<IEcho, Echo>(static options => options.Concurrency = Prefetch);
    }

    /// <summary>The gateway as it is written with MassTransit's request client.</summary>
    private sealed class MassTransitSystem : WebSystem
    {
        public override void AddServices(IServiceCollection services, Uri broker) => services.AddMassTransit(bus =>
        {
            bus.AddRequestClient<EchoRequest>(new Uri("exchange:web-load.masstransit"));
            bus.UsingRabbitMq((_, configurator) =>
            {
                configurator.Host(broker);
                configurator.PrefetchCount = 2 * Prefetch;
            });
        });

        public override void Map(WebApplication app) => app.MapPost("/echo/Echo", static async (EchoRequest request, IRequestClient<EchoRequest> client, CancellationToken cancellationToken) =>
            (await client.GetResponse<EchoReply>(request, cancellationToken)).Message);
    }

    private sealed class MassTransitWorkerSystem : WebSystem
    {
        public override void AddServices(IServiceCollection services, Uri broker) => services.AddMassTransit(bus =>
        {
            bus.AddConsumer<EchoConsumer>();
            bus.UsingRabbitMq((context, configurator) =>
            {
                configurator.Host(broker);
                configurator.ReceiveEndpoint("web-load.masstransit", endpoint =>
                {
                    endpoint.PrefetchCount = Prefetch;
                    endpoint.ConfigureConsumeTopology = false;
                    endpoint.ConfigureConsumer<EchoConsumer>(context);
                });
            });
        });
    }
}
