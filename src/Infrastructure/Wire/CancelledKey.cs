using System.Security.Cryptography;
using System.Text;

namespace Messaging.Wire;

/// <summary>The routing key that says that a delayed command was cancelled.</summary>
internal static class CancelledKey
{
    // What AMQP's short strings hold.
    private const int MaxBytes = 255;

    /// <summary>
    /// The service, a slash and the message id. A stranger's id can be too long for that: then a hash of it all, which
    /// no service's name begins like.
    /// </summary>
    public static string Of(string service, string messageId)
    {
        var key = service + "/" + messageId;
        return Encoding.UTF8.GetByteCount(key) <= MaxBytes ? key : "#" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }
}
