using Messaging.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Messaging.Cors;

/// <summary>Lets web pages of other origins call the doors: ASP.NET Core's CORS, for the gateway's own endpoints alone.</summary>
internal sealed class GatewayCors(IOptions<GatewayOptions> gateway) : IConfigureOptions<CorsOptions>
{
    private const string Policy = "Messaging.Gateway";
    private static readonly TimeSpan _longest = TimeSpan.FromHours(24);

    /// <summary>Puts CORS before an endpoint that takes POST and OPTIONS.</summary>
    public static RequestDelegate Before(IEndpointRouteBuilder endpoints, RequestDelegate endpoint)
    {
        var application = endpoints.CreateApplicationBuilder();
        application.UseCors(Policy);
        application.Run(endpoint);
        return application.Build();
    }

    public void Configure(CorsOptions options)
    {
        var cors = gateway.Value.Cors;
        options.AddPolicy(Policy, policy =>
        {
            policy.WithMethods(HttpMethods.Post).AllowAnyHeader().SetPreflightMaxAge(cors.MaxAge)

                // Handlers' own headers have any name; old browsers read only those that are named.
                .WithExposedHeaders(
                    GrpcHeaderNames.Status, GrpcHeaderNames.Message, GrpcHeaderNames.Encoding, GrpcHeaderNames.AcceptEncoding,
                    GrpcHeaderNames.Fault, GrpcHeaderNames.FaultFields, "Location", "Retry-After", "*");
            if (cors.AllowedOrigins.Contains("*"))
            {
                policy.AllowAnyOrigin();
            }
            else
            {
                policy.WithOrigins([.. cors.AllowedOrigins]);
            }
        });
    }

    /// <summary>What is wrong with the options.</summary>
    public static IEnumerable<string> Validate(GatewayCorsOptions options)
    {
        foreach (var origin in options.AllowedOrigins)
        {
            if (origin is not "*" && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", AbsolutePath: "/" } && origin[^1] != '/'))
            {
                yield return $"Messaging:Gateway:Cors:AllowedOrigins has '{origin}': an origin is scheme, host and port, such as https://shop.example, or * for all.";
            }
        }

        if (options.MaxAge < TimeSpan.Zero || options.MaxAge > _longest)
        {
            yield return $"Messaging:Gateway:Cors:MaxAge is {options.MaxAge}: set it from 0 to {_longest.TotalHours:0} hours.";
        }
    }
}
