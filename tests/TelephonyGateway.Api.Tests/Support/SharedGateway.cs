namespace CallCenterCrm.Telephony.Api.Tests.Support;

/// <summary>One gateway for the tests that leave it running.</summary>
[CollectionDefinition(Name)]
public sealed class SharedGateway : ICollectionFixture<Gateway>
{
    public const string Name = "one gateway";
}
