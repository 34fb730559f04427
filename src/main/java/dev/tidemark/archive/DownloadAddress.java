package dev.tidemark.archive;

import dev.tidemark.run.Run;
import dev.tidemark.run.RunFailed;
import dev.tidemark.settings.Settings;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether an address that a source handed out may be called. Names are compared as text, so a number in another
 * notation, a user part or a trailing dot is simply a name that is not on the list.
 */
public final class DownloadAddress {
    /** Where the vendor keeps bulk results. */
    private static final Set<String> VENDOR_HOSTS = Set.of("storage.googleapis.com", "shopify-assets.s3.amazonaws.com");

    private final Settings settings;

    public DownloadAddress(Settings settings) {
        this.settings = settings;
    }

    /**
     * The address of a run's file, checked.
     *
     * @throws RunFailed when its host is not the store's own, the vendor's or on the allow-list
     */
    public String of(Run run) {
        String text = run.resultUrl().orElseThrow();
        try {
            URI uri = new URI(text);
            if (uri.getUserInfo() == null
                    && uri.getFragment() == null
                    && uri.getHost() != null
                    && isAllowed(run.store(), uri)) {
                return uri.toString();
            }
        } catch (URISyntaxException e) {
            throw new RunFailed("download_refused", "The source's download address is no URL; nothing was fetched");
        }
        throw new RunFailed(
                "download_refused",
                "The source's download address points to a host that is not allowed (" + hostOf(text)
                        + "); if it is right, name the host in tidemark.outbound.allow");
    }

    private boolean isAllowed(String store, URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        Set<String> allow = new HashSet<>(settings.outboundAllow());
        if (scheme.equals("https")) {
            allow.addAll(VENDOR_HOSTS);
            Optional.ofNullable(settings.stores().get(store))
                    .flatMap(Settings.Store::shopify)
                    .flatMap(Settings.ShopifyStore::domain)
                    .ifPresent(allow::add);
        } else if (!scheme.equals("http")) {
            return false;
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
        return allow.contains(host) || allow.contains(host + ":" + port);
    }

    /** Only the host, because the rest of a signed address is a secret. */
    private static String hostOf(String text) {
        try {
            String authority = new URI(text).getRawAuthority();
            return authority == null ? "no host" : authority;
        } catch (URISyntaxException e) {
            return "no URL";
        }
    }
}
