using System.Security.Cryptography;
using System.Text;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// Our identity of a call: a UUID made from the PBX and the uniqueid of the channel that the call hangs on, so that every
/// witness of the call, and every run of the gateway, comes to the same one (RFC 9562, version 5).
/// </summary>
internal static class CallId
{
    private static readonly byte[] Namespace = new Guid("3f0d5c0a-6f0e-4d43-9a3e-0b1d6a4b7f52").ToByteArray(bigEndian: true);

    public static Guid Of(string pbx, string uniqueId)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 names SHA-1 for version 5; nothing is secured by it.
        SHA1.HashData([.. Namespace, .. Encoding.UTF8.GetBytes($"{pbx}\n{uniqueId}")], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
