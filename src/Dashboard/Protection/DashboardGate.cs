using Messaging.Serving;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Protection;

/// <summary>Lets a request in only where somebody has decided who may come, and an action only where this very page asks for it.</summary>
internal sealed class DashboardGate(IOptions<DashboardOptions> options, IHostEnvironment environment)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Refusal =
        "The dashboard asks for no authorization, and this is not the environment Development. Protect it: app.MapMessagingDashboard().RequireAuthorization(); in the gateway program, set Messaging:Host:DashboardUsers:<name> to a password. Where something in front already decides who may come, set Messaging:Dashboard:AllowAnonymous to true.";

    // Bodies of bodies: what is edited is bounded below, and JSON may escape each byte of it as six.
    private const int BodyFactor = 6;
    private const int BodyRoom = 256 * 1024;

    /// <summary>What only shows.</summary>
    public RequestDelegate Read(RequestDelegate serve) => context =>
    {
        Harden(context.Response.Headers);
        return IsProtected(context) ? serve(context) : Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, "This dashboard is closed", Refusal);
    };

    /// <summary>What changes something.</summary>
    public RequestDelegate Act(RequestDelegate serve) => context =>
    {
        Harden(context.Response.Headers);
        if (!IsProtected(context))
        {
            return Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, "This dashboard is closed", Refusal);
        }

        if (SameOrigin.FindObjection(context.Request) is { } objection)
        {
            return Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, "Not from this page", objection);
        }

        if (options.Value.ReadOnly)
        {
            return Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, "This dashboard only shows", "It is set to read only (Messaging:Dashboard:ReadOnly): nothing can be replayed, deleted or tried here.");
        }

        if (!context.Request.HasJsonContentType())
        {
            return Answers.RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "Not JSON", "Send application/json.");
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = BodyRoom + ((long)options.Value.MaxBodyBytes * BodyFactor);
        }

        return serve(context);
    };

    private bool IsProtected(HttpContext context) =>
        options.Value.AllowAnonymous || environment.IsDevelopment() || AsksForAuthorization(context.GetEndpoint()?.Metadata);

    private static bool AsksForAuthorization(EndpointMetadataCollection? metadata) =>
        metadata is not null
        && metadata.GetMetadata<IAllowAnonymous>() is null
        && (metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<AuthorizationPolicy>() is not null);

    private static void Harden(IHeaderDictionary headers)
    {
        // Text from queues can't become a script: nothing is inline, and nothing comes from elsewhere.
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
