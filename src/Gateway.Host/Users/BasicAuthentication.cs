using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Messaging.Users;

/// <summary>Asks for a name and a password: https://www.rfc-editor.org/rfc/rfc7617</summary>
internal sealed class BasicAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, UserPasswords users)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Basic";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // What the gateway forwards has credentials that are not for it.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>() is null
            || !AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header)
            || !string.Equals(header.Scheme, Name, StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (Read(header.Parameter) is not var (name, password) || !users.Check(name, password))
        {
            return Task.FromResult(AuthenticateResult.Fail("The name or the password is wrong."));
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Basic realm=\"Messaging dashboard\", charset=\"UTF-8\"";
        return Task.CompletedTask;
    }

    private static (string Name, string Password)? Read(string? parameter)
    {
        var bytes = new byte[parameter?.Length ?? 0];
        if (parameter is null || !Convert.TryFromBase64String(parameter, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }
}
