using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Messaging.Http;

/// <summary>Reads the body of a request that is one message.</summary>
internal static class RequestBody
{
    /// <summary>Reads it to the end. One that is too large is refused before more than that is kept.</summary>
    /// <exception cref="HttpRefusedException">It is larger than <paramref name="maxBytes"/>.</exception>
    /// <exception cref="BadHttpRequestException">The server's own limits.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int maxBytes, CancellationToken cancellationToken)
    {
        if (context.Request.ContentLength > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                throw TooLarge(maxBytes);
            }

            if (result.IsCompleted)
            {
                var body = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return body;
            }

            // It waits where it lies; the memory for it is taken when it is there.
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public static HttpRefusedException TooLarge(int maxBytes) => new(
        StatusCodes.Status413PayloadTooLarge,
        StatusCode.ResourceExhausted,
        string.Create(CultureInfo.InvariantCulture, $"The request body is larger than the {maxBytes:N0} bytes that one message may have here: send less, or send a stream."))
    {
        Reason = FailureReason.TooLarge,
    };
}
